/** Options of `s3` that hold for the whole process, so that no mount has its own. */
export const optionsOfProcess = {
  healthcheckKey: true,
  parallelMemoryBytes: true,
  parallelPartBytes: true,
} as const

/** Milliseconds of a day: no time limit is longer. */
export const day = 86_400_000
export const mebibyte = 1024 * 1024
export const terabyte = 1024 ** 4

/** One instruction, its continuation lines joined. */
export interface Instruction {
  name: string
  text: string
}

export interface BuildStage {
  name: string
  instructions: Instruction[]
}

/** Reads a Dockerfile into its build stages; the name of what stands before the first `FROM` is `''`. */
export function parseDockerfile(text: string): BuildStage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
  const stages: BuildStage[] = [{ name: '', instructions: [] }]
  for (const line of lines) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (name === '') throw new Error(`no instruction: ${line}`)
    if (name === 'FROM')
      stages.push({ name: / AS (\S+)$/.exec(rest)?.[1] ?? String(stages.length), instructions: [] })
    stages.at(-1)?.instructions.push({ name, text: rest })
  }
  return stages
}

/** `["a", "b"]`, as ENTRYPOINT, CMD and HEALTHCHECK have it. */
export function execForm(text: string): string[] {
  const words: unknown = JSON.parse(text)
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) throw new Error(text)
  return words
}

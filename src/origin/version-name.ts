/** Time without names of versions in requests, after S3 refused a name and gave the object without it. */
const pauseMs = 5 * 60 * 1000

/**
 * Names of versions in a bucket that keeps them. Not every S3 gives a version by its name: it takes a permission
 * (`s3:GetObjectVersion`), and some stores write names into answers and do not take them in requests.
 */
export class VersionNames {
  readonly #now: () => number
  #pausedUntilMs = Number.NEGATIVE_INFINITY

  /** @param now a clock that never jumps, in milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * @param versionId `x-amz-version-id` of an answer
   * @returns `undefined` where that names no version: `null` stands for an object from before the bucket kept versions
   */
  of(versionId: string | undefined): VersionName | undefined {
    if (versionId === undefined || versionId === 'null' || !isVersionId.test(versionId)) return undefined
    return new VersionName(versionId, this)
  }

  get arePaused(): boolean {
    return this.#now() < this.#pausedUntilMs
  }

  pause(): void {
    this.#pausedUntilMs = this.#now() + pauseMs
  }
}

/** Matches names of versions: at most 1,024 bytes. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html */
const isVersionId = /^[\x21-\x7e]{1,1024}$/

/** The name of the version that a body was begun with, while asking by it makes sense. */
export class VersionName {
  readonly #versionId: string
  readonly #names: VersionNames
  #isRefused = false

  constructor(versionId: string, names: VersionNames) {
    this.#versionId = versionId
    this.#names = names
  }

  /** The name to ask by; `undefined` once S3 has refused it, or has refused others lately. */
  get usable(): string | undefined {
    return this.#isRefused || this.#names.arePaused ? undefined : this.#versionId
  }

  /** Notes that S3 does not give this version by its name. */
  refuse(): void {
    this.#isRefused = true
  }

  /** Notes that S3 gives it without the name, so names are of no use for a while. */
  refuseAll(): void {
    this.#names.pause()
  }
}

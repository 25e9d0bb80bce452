/** For so long nothing is asked for by the name of its version after that was needlessly refused. */
const pauseMs = 5 * 60 * 1000

/**
 * Names of versions, which a bucket with versions has. Not every S3 gives a version by its name: that takes a permission
 * (`s3:GetObjectVersion`), and some stores know names only from their own answers.
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
   * @returns `undefined` where that names no version: `null` is said of objects from before the bucket had versions
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

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html: at most 1,024 bytes */
const isVersionId = /^[\x21-\x7e]{1,1024}$/

/** The name of the version that a body was begun with, as long as it is of use. */
export class VersionName {
  readonly #versionId: string
  readonly #names: VersionNames
  #isRefused = false

  constructor(versionId: string, names: VersionNames) {
    this.#versionId = versionId
    this.#names = names
  }

  /** `undefined` once S3 has not given it, or not given others lately: then it is asked for without its name. */
  get usable(): string | undefined {
    return this.#isRefused || this.#names.arePaused ? undefined : this.#versionId
  }

  /** S3 does not give this version by its name. */
  refuse(): void {
    this.#isRefused = true
  }

  /** And gave it without: so it is for every name. */
  refuseAll(): void {
    this.#names.pause()
  }
}

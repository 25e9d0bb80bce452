/** The longest key that S3 accepts, in bytes of UTF-8. */
export const maxKeyBytes = 1024

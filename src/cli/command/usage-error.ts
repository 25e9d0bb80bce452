/** A command line that cannot be obeyed. The message is printed, and the exit status is 2. */
export class UsageError extends Error {}

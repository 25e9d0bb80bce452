/** The command line asks for what cannot be: exit status 2, the message, nothing more. */
export class UsageError extends Error {}

/** The library that checks values: the other files of this folder take it from here, and no other folder knows it. */
export { z } from 'zod'

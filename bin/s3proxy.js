#!/usr/bin/env node
import { main } from '../dist/cli/main.js'

process.exitCode = await main(process.argv)
// Nobody waits for work that still runs now, such as a request to a silent provider of credentials.
setTimeout(() => process.exit(), 300).unref()

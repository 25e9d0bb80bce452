#!/usr/bin/env node
import { main } from '../dist/cli/main.js'

process.exitCode = await main(process.argv)
// What still runs is an answer that nobody waits for, such as one of a provider of credentials that is silent.
setTimeout(() => process.exit(), 300).unref()

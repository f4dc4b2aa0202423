/** After each file of tests: one that failed leaves no command behind that goes on without it. */
import { afterAll } from "@effect/vitest"
import * as Command from "./Command.ts"

afterAll(Command.endAll)

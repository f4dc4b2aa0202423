/**
 * Declares one test for each claim of some operations, on an account that they share.
 */
import { afterAll, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Claim } from "./Claim.ts"
import * as ClaimCheck from "./ClaimCheck.ts"
import * as Claims from "./Claims.ts"
import * as OperationWorld from "./OperationWorld.ts"

/** Declares the claims of the operations whose names begin so. */
export const declareClaims = (prefix: string): void => {
  const scope = Effect.runSync(Scope.make())
  let prompt: OperationWorld.World
  let slow: OperationWorld.World

  beforeAll(async () => {
    const start = (nodesCome: "atOnce" | "later") =>
      Effect.runPromise(Scope.provide(OperationWorld.start({ nodesCome }), scope))
    prompt = await start("atOnce")
    slow = await start("later")
  })
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  const worldOf = ({ given }: Claim): OperationWorld.World =>
    given === "a pool being resized" ? slow : prompt

  for (const operation of Claims.operations.filter((name) => name.startsWith(prefix))) {
    describe(operation, () => {
      for (const claim of Claims.ofOperation(operation)) {
        const outcome = [claim.reply.status, claim.reply.code ?? ""].join(" ").trim()
        it.live(
          `answers ${outcome} when ${claim.when}`,
          () => ClaimCheck.check(worldOf(claim), claim)
        )
      }
    })
  }
}

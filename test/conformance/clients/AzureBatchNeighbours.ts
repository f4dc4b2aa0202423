/**
 * The official JavaScript client's pools and nodes, carrying out steps.
 */
import type { Step } from "./Scenario.ts"

interface Reply {
  readonly _response: { readonly parsedBody: unknown }
}

interface Page extends Reply, ReadonlyArray<unknown> {
  readonly odatanextLink?: string
}

/** As much of its operations on pools as steps need. */
export interface PoolClient {
  readonly add: (pool: unknown) => Promise<Reply>
  readonly get: (poolId: string) => Promise<Reply>
  readonly exists: (poolId: string) => Promise<{ readonly body: boolean }>
  readonly resize: (poolId: string, resize: unknown) => Promise<Reply>
  readonly deleteMethod: (poolId: string) => Promise<Reply>
}

/** As much of its operations on nodes as steps need: their lists fit on one page. */
export interface NodeClient {
  readonly list: (poolId: string) => Promise<Page>
}

const bodyOf = (reply: Reply): unknown => reply._response.parsedBody ?? null

/** Carries a step about a pool out. */
export const callPool = async (pool: PoolClient, { body, call }: Step): Promise<unknown> => {
  const { poolId, resize } = Object(body)
  switch (call) {
    case "pool.add":
      return bodyOf(await pool.add(body))
    case "pool.get":
      return bodyOf(await pool.get(poolId))
    case "pool.exists":
      return (await pool.exists(poolId)).body
    case "pool.resize":
      return bodyOf(await pool.resize(poolId, resize))
    default:
      return bodyOf(await pool.deleteMethod(poolId))
  }
}

/** Carries a step about nodes out. */
export const callNode = async (node: NodeClient, { body }: Step): Promise<unknown> => [
  ...await node.list(Object(body).poolId)
]

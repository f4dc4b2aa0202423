/**
 * The endpoints by which nodes are reached from outside.
 */
import * as Schema from "effect/Schema"
import * as OpenEnum from "./OpenEnum.ts"
import { Int32 } from "./Scalar.ts"

/** The known protocols of endpoints. @source InboundEndpointProtocol 2024-02-01.19.0 */
export const inboundEndpointProtocols = ["tcp", "udp"] as const

/** The protocol of an endpoint. */
export const InboundEndpointProtocol = OpenEnum.make(inboundEndpointProtocols)

/** The protocol of an endpoint. */
export type InboundEndpointProtocol = typeof InboundEndpointProtocol.Type

/** An endpoint of one node. @source InboundEndpoint 2024-02-01.19.0 */
export const InboundEndpoint = Schema.Struct({
  name: Schema.String,
  protocol: InboundEndpointProtocol,
  publicIPAddress: Schema.String,
  publicFQDN: Schema.String,
  /** The public port. */
  frontendPort: Int32,
  /** The port on the node. */
  backendPort: Int32
})

/** An endpoint of one node. */
export interface InboundEndpoint extends Schema.Schema.Type<typeof InboundEndpoint> {}

/** The endpoints of one node. @source ComputeNodeEndpointConfiguration 2024-02-01.19.0 */
export const ComputeNodeEndpointConfiguration = Schema.Struct({
  inboundEndpoints: Schema.Array(InboundEndpoint)
})

/** The endpoints of one node. */
export interface ComputeNodeEndpointConfiguration
  extends Schema.Schema.Type<typeof ComputeNodeEndpointConfiguration>
{}

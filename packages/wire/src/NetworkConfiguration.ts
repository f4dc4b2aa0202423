/**
 * The network of a pool: its subnet, its public addresses and the endpoints of its nodes.
 */
import * as Schema from "effect/Schema"
import { InboundEndpointProtocol } from "./InboundEndpoint.ts"
import * as OpenEnum from "./OpenEnum.ts"
import { Int32 } from "./Scalar.ts"

/** The known scopes of assigning networks. @source NetworkConfiguration.dynamicVNetAssignmentScope 2024-02-01.19.0 */
export const dynamicVNetAssignmentScopes = ["none", "job"] as const

/** Whether the jobs of a pool bring their own network. */
export const DynamicVNetAssignmentScope = OpenEnum.make(dynamicVNetAssignmentScopes)

/** Whether the jobs of a pool bring their own network. */
export type DynamicVNetAssignmentScope = typeof DynamicVNetAssignmentScope.Type

/** The known effects of a rule. @source NetworkSecurityGroupRule.access 2024-02-01.19.0 */
export const networkSecurityGroupRuleAccesses = ["allow", "deny"] as const

/** Whether a rule lets traffic in. */
export const NetworkSecurityGroupRuleAccess = OpenEnum.make(networkSecurityGroupRuleAccesses)

/** Whether a rule lets traffic in. */
export type NetworkSecurityGroupRuleAccess = typeof NetworkSecurityGroupRuleAccess.Type

/** The known origins of public addresses. @source IPAddressProvisioningType 2024-02-01.19.0 */
export const ipAddressProvisioningTypes = [
  "batchmanaged",
  "usermanaged",
  "nopublicipaddresses"
] as const

/** Whose the public addresses of a pool are. */
export const IPAddressProvisioningType = OpenEnum.make(ipAddressProvisioningTypes)

/** Whose the public addresses of a pool are. */
export type IPAddressProvisioningType = typeof IPAddressProvisioningType.Type

/** A rule of who may reach an endpoint. @source NetworkSecurityGroupRule 2024-02-01.19.0 */
export const NetworkSecurityGroupRule = Schema.Struct({
  /** From 150 to 4096; the lowest number wins. */
  priority: Int32,
  access: NetworkSecurityGroupRuleAccess,
  /** An address, a subnet, a service tag or `*`. */
  sourceAddressPrefix: Schema.String,
  /** `*` when absent. */
  sourcePortRanges: Schema.optionalKey(Schema.Array(Schema.String))
})

/** A rule of who may reach an endpoint. */
export interface NetworkSecurityGroupRule
  extends Schema.Schema.Type<typeof NetworkSecurityGroupRule>
{}

/** A port of every node, each reached by its own public port. @source InboundNATPool 2024-02-01.19.0 */
export const InboundNATPool = Schema.Struct({
  /** At most 77 characters. */
  name: Schema.String,
  protocol: InboundEndpointProtocol,
  /** The port on the node. */
  backendPort: Int32,
  /** The first public port; a range has at least 40. */
  frontendPortRangeStart: Int32,
  /** The last public port, inclusive. */
  frontendPortRangeEnd: Int32,
  networkSecurityGroupRules: Schema.optionalKey(Schema.Array(NetworkSecurityGroupRule))
})

/** A port of every node, each reached by its own public port. */
export interface InboundNATPool extends Schema.Schema.Type<typeof InboundNATPool> {}

/** The endpoints of a pool's nodes, at most five. @source PoolEndpointConfiguration 2024-02-01.19.0 */
export const PoolEndpointConfiguration = Schema.Struct({
  inboundNATPools: Schema.Array(InboundNATPool)
})

/** The endpoints of a pool's nodes, at most five. */
export interface PoolEndpointConfiguration
  extends Schema.Schema.Type<typeof PoolEndpointConfiguration>
{}

/** The public addresses of a pool. @source PublicIPAddressConfiguration 2024-02-01.19.0 */
export const PublicIPAddressConfiguration = Schema.Struct({
  /** `batchmanaged` when absent. */
  provision: Schema.optionalKey(IPAddressProvisioningType),
  /** The resource ids of own addresses; each serves 100 nodes. */
  ipAddressIds: Schema.optionalKey(Schema.Array(Schema.String))
})

/** The public addresses of a pool. */
export interface PublicIPAddressConfiguration
  extends Schema.Schema.Type<typeof PublicIPAddressConfiguration>
{}

/** The network of a pool. @source NetworkConfiguration 2024-02-01.19.0 */
export const NetworkConfiguration = Schema.Struct({
  /** The full resource id of the subnet. */
  subnetId: Schema.optionalKey(Schema.String),
  dynamicVNetAssignmentScope: Schema.optionalKey(DynamicVNetAssignmentScope),
  endpointConfiguration: Schema.optionalKey(PoolEndpointConfiguration),
  publicIPAddressConfiguration: Schema.optionalKey(PublicIPAddressConfiguration),
  enableAcceleratedNetworking: Schema.optionalKey(Schema.Boolean)
})

/** The network of a pool. */
export interface NetworkConfiguration extends Schema.Schema.Type<typeof NetworkConfiguration> {}

export * as Link from "./Link.ts"
export * as VirtualDriver from "./VirtualDriver.ts"
export * as VirtualService from "./VirtualService.ts"

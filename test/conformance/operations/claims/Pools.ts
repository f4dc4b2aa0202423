/**
 * Claims about pools and nodes.
 */
import { type Claim, of, refused } from "../Claim.ts"
import * as Usual from "../Usual.ts"

const pool = (more: object): object => ({
  id: "pool-$job",
  vmSize: "standard_d2s_v3",
  virtualMachineConfiguration: Usual.machine,
  ...more
})

const wrong = (property: string) =>
  refused(400, "InvalidPropertyValue", { PropertyName: property, PropertyValue: "*", Reason: "*" })

const wrongShape = (code: string, property: string) =>
  refused(400, code, { PropertyName: property, Reason: "*" })

/** Claims about `Pool_Add`. */
export const add: ReadonlyArray<Claim> = of("Pool_Add", [
  {
    when: "the id is taken",
    given: "a pool",
    reply: refused(409, "PoolExists"),
    evidence: "documented"
  },
  {
    when: "the pool of that id is being deleted",
    given: "a pool being deleted",
    reply: refused(409, "PoolBeingDeleted"),
    evidence: "documented"
  },
  {
    when: "there is no machine size",
    given: "an account",
    request: { body: { id: "new", virtualMachineConfiguration: Usual.machine } },
    reply: wrongShape("MissingRequiredProperty", "vmSize"),
    evidence: "documented"
  },
  {
    when: "there is no configuration of machines",
    given: "an account",
    request: { body: { id: "new", vmSize: "standard_d2s_v3" } },
    reply: wrongShape("MissingRequiredProperty", "virtualMachineConfiguration"),
    evidence: "never"
  },
  {
    when: "there are two configurations of machines",
    given: "an account",
    request: { body: pool({ cloudServiceConfiguration: { osFamily: "6" } }) },
    reply: wrongShape("InvalidPropertyValue", "cloudServiceConfiguration"),
    evidence: "documented"
  },
  {
    when: "a node has 257 slots",
    given: "an account",
    request: { body: pool({ taskSlotsPerNode: 257 }) },
    reply: wrong("taskSlotsPerNode"),
    evidence: "documented"
  },
  {
    when: "the resize timeout is four minutes",
    given: "an account",
    request: { body: pool({ resizeTimeout: "PT4M" }) },
    reply: wrongShape("InvalidPropertyValue", "resizeTimeout"),
    evidence: "documented"
  },
  {
    when: "the nodes have a start task",
    given: "an account",
    request: { body: pool({ startTask: { commandLine: "true" } }) },
    reply: wrongShape("UnsupportedProperty", "startTask"),
    evidence: "never"
  }
])

/** Claims about `Pool_Get`. */
export const get: ReadonlyArray<Claim> = of("Pool_Get", [
  {
    when: "statistics are asked for and due",
    given: "a pool",
    request: { query: { $expand: "stats" } },
    reply: {
      status: 200,
      body: {
        "stats.url": "*",
        "stats.startTime": "*",
        "stats.lastUpdateTime": "*"
      }
    },
    evidence: "documented"
  },
  {
    when: "the pool is steady and empty",
    given: "a pool",
    reply: {
      status: 200,
      body: {
        "odata.metadata": "*",
        id: "$pool",
        url: "*",
        eTag: "*",
        lastModified: "*",
        creationTime: "*",
        state: "active",
        stateTransitionTime: "*",
        allocationState: "steady",
        allocationStateTransitionTime: "*",
        vmSize: "standard_d2s_v3",
        virtualMachineConfiguration: "*",
        resizeTimeout: "PT15M",
        currentDedicatedNodes: 0,
        targetDedicatedNodes: 0,
        currentLowPriorityNodes: 0,
        targetLowPriorityNodes: 0,
        enableAutoScale: false,
        taskSlotsPerNode: 1,
        "taskSchedulingPolicy.nodeFillType": "*"
      }
    },
    evidence: "documented"
  },
  {
    when: "the pool has a node",
    given: "a pool with a node",
    reply: { status: 200, body: { currentDedicatedNodes: 1, targetDedicatedNodes: 1 } },
    evidence: "documented"
  },
  {
    when: "the pool is being deleted",
    given: "a pool being deleted",
    reply: { status: 200, body: { state: "deleting" } },
    evidence: "documented"
  },
  {
    when: "some members are selected",
    given: "a pool",
    request: { query: { $select: "id,vmSize" } },
    reply: { status: 200, body: { id: "$pool", vmSize: "standard_d2s_v3", state: null } },
    evidence: "documented"
  }
])

const filtered = (filter: string, isFound: boolean, when: string): Omit<Claim, "operation"> => ({
  when,
  given: "a pool",
  request: { query: { $filter: `id eq '$pool' and ${filter}`, $select: "id" } },
  reply: { status: 200, body: { value: isFound ? [{ id: "$pool" }] : [] } },
  evidence: "documented"
})

/** Claims about `Pool_List`. */
export const list: ReadonlyArray<Claim> = of("Pool_List", [
  filtered("state eq 'active'", true, "it is filtered by state"),
  filtered("state eq 'deleting'", false, "it is filtered by another state"),
  filtered("allocationState eq 'steady'", true, "it is filtered by the state of its size"),
  filtered("vmSize eq 'standard_d2s_v3'", true, "it is filtered by the size of its machines"),
  filtered("creationTime lt DateTime'2020-01-01T00:00:00Z'", false, "no pool is so old"),
  filtered("enableAutoScale eq false", true, "it is filtered by a truth value")
])

/** Claims about `Pool_Exists`. */
export const exists: ReadonlyArray<Claim> = of("Pool_Exists", [
  {
    when: "the pool is being deleted",
    given: "a pool being deleted",
    reply: { status: 200 },
    evidence: "never"
  }
])

/** Claims about `Pool_Delete`. */
export const remove: ReadonlyArray<Claim> = of("Pool_Delete", [
  {
    when: "nothing runs on its nodes: it is gone",
    given: "a pool with a node",
    reply: { status: 202 },
    afterwards: { path: "/pools/$pool", status: 404, body: { code: "PoolNotFound" } },
    evidence: "documented"
  },
  {
    when: "the pool is being deleted",
    given: "a pool being deleted",
    reply: refused(409, "PoolBeingDeleted"),
    evidence: "documented"
  }
])

/** Claims about `Pool_Resize`. */
export const resize: ReadonlyArray<Claim> = of("Pool_Resize", [
  {
    when: "a node is to join",
    given: "a pool",
    request: { body: { targetDedicatedNodes: 1 } },
    reply: { status: 202 },
    afterwards: { path: "/pools/$pool", body: { targetDedicatedNodes: 1 } },
    evidence: "documented"
  },
  {
    when: "no number of nodes is named",
    given: "a pool",
    request: { body: {} },
    reply: wrongShape("MissingRequiredProperty", "targetDedicatedNodes"),
    evidence: "never"
  },
  {
    when: "there are to be -1 nodes",
    given: "a pool",
    request: { body: { targetDedicatedNodes: -1 } },
    reply: wrong("targetDedicatedNodes"),
    evidence: "documented"
  },
  {
    when: "the timeout is four minutes",
    given: "a pool",
    request: { body: { targetDedicatedNodes: 1, resizeTimeout: "PT4M" } },
    reply: wrongShape("InvalidPropertyValue", "resizeTimeout"),
    evidence: "documented"
  },
  {
    when: "the pool is being deleted",
    given: "a pool being deleted",
    reply: refused(409, "PoolBeingDeleted"),
    evidence: "documented"
  }
])

/** Claims that need nodes which do not come at once. */
export const whileResizing: ReadonlyArray<Claim> = [
  ...of("Pool_Resize", [{
    when: "the pool is being resized",
    given: "a pool being resized",
    request: { body: { targetDedicatedNodes: 2 } },
    reply: refused(409, "PoolBeingResized"),
    evidence: "documented"
  }]),
  ...of("Pool_Get", [{
    when: "the pool is being resized",
    given: "a pool being resized",
    reply: {
      status: 200,
      body: { allocationState: "resizing", currentDedicatedNodes: 0, targetDedicatedNodes: 1 }
    },
    evidence: "documented"
  }])
]

/** Claims about `ComputeNode_List`. */
export const nodes: ReadonlyArray<Claim> = of("ComputeNode_List", [
  {
    when: "the pool has a node",
    given: "a pool with a node",
    reply: {
      status: 200,
      body: {
        "odata.metadata": "*",
        "value.0.id": "$node",
        "value.0.state": "idle",
        "value.1": null
      }
    },
    evidence: "documented"
  },
  {
    when: "the pool has none",
    given: "a pool",
    reply: { status: 200, body: { value: [] } },
    evidence: "documented"
  },
  {
    when: "it is filtered by state",
    given: "a pool with a node",
    request: { query: { $filter: "state eq 'running'" } },
    reply: { status: 200, body: { value: [] } },
    evidence: "documented"
  }
])

/** Claims about `ComputeNode_Get`. */
export const node: ReadonlyArray<Claim> = of("ComputeNode_Get", [
  {
    when: "nothing runs on the node",
    given: "a pool with a node",
    reply: {
      status: 200,
      body: {
        "odata.metadata": "*",
        id: "$node",
        url: "*",
        state: "idle",
        schedulingState: "enabled",
        stateTransitionTime: "*",
        lastBootTime: "*",
        allocationTime: "*",
        ipAddress: "*",
        affinityId: "TVM:$node",
        vmSize: "standard_d2s_v3",
        totalTasksRun: 0,
        totalTasksSucceeded: 0,
        runningTasksCount: 0,
        runningTaskSlotsCount: 0,
        isDedicated: true
      }
    },
    evidence: "documented"
  },
  {
    when: "some members are selected",
    given: "a pool with a node",
    request: { query: { $select: "id,state" } },
    reply: { status: 200, body: { id: "$node", state: "idle", url: null } },
    evidence: "documented"
  }
])

/**
 * The limits and defaults of the service, each with its unit in the name.
 */

/** The most tasks in one addtaskcollection request. @source TaskAddCollectionParameter.value maxItems */
export const collectionTasks = 100

/**
 * The largest addtaskcollection body in bytes. The service answers a larger one with 413 and this
 * number as its `MaxLimit`; other documents say 4 MB, so users may set another.
 */
export const collectionBodyBytes = 1_048_576

/** The largest page of a listing, and its default. @source maxresults */
export const pageItems = 1000

/** The smallest page of a listing. @source maxresults */
export const pageItemsMin = 1

/** The service's processing time of a request in seconds when `timeout` is absent or larger. @source timeout */
export const timeoutSecondsDefault = 30

/** The same for addtaskcollection, where it is the ceiling as well. @source Task_AddCollection timeout */
export const collectionTimeoutSecondsDefault = 120

/** The most characters of a task or job id. */
export const idCharacters = 64

/** What a task id looks like; ids that differ only in case are the same. @source TaskAddParameter.id */
export const taskIdPattern = /^[A-Za-z0-9_-]{1,64}$/

/** What a job id looks like; ids that differ only in case are the same. @source JobAddParameter.id */
export const jobIdPattern = /^[A-Za-z0-9_-]{1,64}$/

/** What a pool id looks like; ids that differ only in case are the same. @source PoolAddParameter.id */
export const poolIdPattern = /^[A-Za-z0-9_-]{1,64}$/

/** The most characters of a display name. @source TaskAddParameter.displayName */
export const displayNameCharacters = 1024

/** The most characters all ids in one `dependsOn` have together. @source TaskDependencies.taskIds */
export const dependencyIdCharacters = 64_000

/** The most characters of one task's resource files, as users report the service to count them. */
export const resourceFileCharacters = 32_768

/** The lowest priority of a job. @source JobAddParameter.priority */
export const priorityMin = -1000

/** The highest priority of a job. @source JobAddParameter.priority */
export const priorityMax = 1000

/** The most scheduling slots of a node. @source taskSlotsPerNode */
export const nodeSlots = 256

/** How far the date of a request may be from the service's clock, in milliseconds. */
export const clockSkewMsMax = 900_000

/** The longest life of a task from its adding to its end, in days. */
export const taskLifeDays = 180

/** How long a task directory is kept when `retentionTime` is absent. */
export const retentionTimeDefault = "P7D"

/** The shortest `resizeTimeout` of a pool in milliseconds. @source PoolResizeParameter.resizeTimeout */
export const resizeTimeoutMsMin = 300_000

/** The `resizeTimeout` of a pool when absent. @source PoolResizeParameter.resizeTimeout */
export const resizeTimeoutDefault = "PT15M"

/** The shortest time between evaluations of an autoscale formula in milliseconds. @source autoScaleEvaluationInterval */
export const autoScaleIntervalMsMin = 300_000

/** The longest time between evaluations of an autoscale formula in milliseconds. @source autoScaleEvaluationInterval */
export const autoScaleIntervalMsMax = 604_800_000

/** The time between evaluations of an autoscale formula when absent. @source autoScaleEvaluationInterval */
export const autoScaleIntervalDefault = "PT15M"

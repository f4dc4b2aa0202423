/**
 * From which time on a poll asks for changes.
 *
 * Only times that the service itself wrote are compared with each other, so it does not matter how
 * far its clock is off ours; the time that passes between two polls is measured here.
 *
 * K1 A deep poll asks from `coveredMs`: if every change shows in listings within the overlap, none
 *    before that time is unknown.
 * K2 When a whole listing shows what polls should have, what was concluded is forgotten; the second
 *    time, the service's clock is taken for one that stands still between the changes it tells of.
 * K3 A poll is deep when it repeats little, and at least every quarter of the overlap as long as what
 *    it repeats fits a page with what is new. While more happens than that, polls ask only for what is
 *    new, and a count of the job's tasks confirms that nothing was missed; where it does not, the next
 *    poll is deep and the one after lists the whole job.
 * K4 The first page of a listing shows what had changed when it was read, which is later than when it
 *    was asked for: what is up to its latest time is not asked for again, but for a hundredth of the
 *    overlap, within which changes may show in another order than their times have.
 */

/** Repeats that still leave room on a page of 1000. */
const repeatsMax = 900

/** Repeats that cost next to nothing. */
const repeatsFew = 50

/** The part of the overlap that passes between two deep polls that repeat more. */
const deepPart = 0.25

/** The part of the overlap within which changes may be out of order. */
const disorderPart = 0.01

/** What rounds away when the service writes a time with more digits than we keep. */
const roundingMs = 1

/** How often a conclusion may be wrong before times are not extrapolated any more. */
const distrustsMax = 2

/**
 * The cursor; changed in place.
 *
 * @category models
 */
export interface PollCursor {
  readonly overlapMs: number
  /** The service's clock is ahead of ours by this at least; unknown before the first change seen. */
  offsetMs: number | undefined
  /** The latest time seen. */
  latestMs: number
  /** How often what was concluded turned out to be wrong. */
  distrusted: number
  /** No change before this time, by the service's clock, is unknown. */
  coveredMs: number
  /** The last poll has asked for everything up to this time. */
  reachedMs: number
  /** When the last deep poll began, by our clock. @internal */
  deepAtMs: number
  /** New changes by poll, with the latest time among them: what a deep poll repeats. @internal */
  readonly recent: Array<{ changedMs: number; count: number }>
  /** @internal */
  recentCount: number
}

/**
 * Begins with the time the job was added: nothing of it has changed before.
 *
 * @category constructors
 */
export const make = (addedMs: number, overlapMs: number): PollCursor => ({
  overlapMs,
  offsetMs: undefined,
  latestMs: 0,
  distrusted: 0,
  coveredMs: addedMs - roundingMs,
  reachedMs: addedMs - roundingMs,
  deepAtMs: Number.NEGATIVE_INFINITY,
  recent: [],
  recentCount: 0
})

/**
 * Whether a deep poll at `nowMs`, by our clock, costs no more requests than another, and is worth what
 * it repeats.
 *
 * @category queries
 */
export const isDeepDue = (
  { deepAtMs, overlapMs, recentCount }: PollCursor,
  nowMs: number
): boolean =>
  recentCount <= repeatsFew
  || (recentCount <= repeatsMax && nowMs - deepAtMs >= overlapMs * deepPart)

/**
 * The time from which a poll asks, by the service's clock.
 *
 * @category queries
 */
export const fromMs = (cursor: PollCursor, isDeep: boolean): number =>
  isDeep ? cursor.coveredMs : Math.max(cursor.coveredMs, cursor.reachedMs - roundingMs)

/**
 * Notes a change that a listing shows at `nowMs`, by our clock.
 *
 * @category operations
 */
export const see = (cursor: PollCursor, changedMs: number, nowMs: number): void => {
  const offsetMs = changedMs - nowMs
  if (changedMs > cursor.latestMs) cursor.latestMs = changedMs
  if (cursor.offsetMs === undefined || offsetMs > cursor.offsetMs) cursor.offsetMs = offsetMs
}

/**
 * Notes that a poll that began at `beganMs`, by our clock, has read its last page, with so many
 * changes that were not known before.
 *
 * @category operations
 */
export const finish = (
  cursor: PollCursor,
  poll: {
    readonly beganMs: number
    readonly isDeep: boolean
    readonly news: number
    readonly latestMs: number
    /** The latest change on the first page; 0 when it showed none. */
    readonly shownMs: number
  }
): void => {
  if (poll.news > 0) {
    cursor.recent.push({ changedMs: poll.latestMs, count: poll.news })
    cursor.recentCount += poll.news
  }
  if (poll.isDeep) cursor.deepAtMs = poll.beganMs
  const serviceMs = serviceTime(cursor, poll.beganMs)
  if (serviceMs === undefined) return
  const shownMs = poll.shownMs - cursor.overlapMs * disorderPart
  cursor.reachedMs = Math.max(cursor.reachedMs, serviceMs, shownMs)
  if (poll.isDeep) cover(cursor, serviceMs - cursor.overlapMs)
}

/**
 * Notes that nothing had been missed at `atMs`, by our clock.
 *
 * @category operations
 */
export const confirm = (cursor: PollCursor, atMs: number): void => {
  const serviceMs = serviceTime(cursor, atMs)
  if (serviceMs !== undefined) cover(cursor, serviceMs - cursor.overlapMs)
}

/** The earliest that the service's clock can have shown at `atMs` by ours. */
const serviceTime = (cursor: PollCursor, atMs: number): number | undefined => {
  if (cursor.offsetMs === undefined) return undefined
  return cursor.distrusted < distrustsMax ? atMs + cursor.offsetMs : cursor.latestMs
}

/**
 * Forgets what was concluded from times that turned out to be wrong. What the next listing, of the whole
 * job, shows counts from then on.
 *
 * @category operations
 */
export const distrust = (cursor: PollCursor, addedMs: number): void => {
  cursor.offsetMs = undefined
  cursor.latestMs = 0
  cursor.distrusted++
  cursor.coveredMs = addedMs - roundingMs
  cursor.reachedMs = addedMs - roundingMs
}

const cover = (cursor: PollCursor, coveredMs: number): void => {
  cursor.coveredMs = Math.max(cursor.coveredMs, coveredMs)
  const { recent } = cursor
  let kept = 0
  while (kept < recent.length && recent[kept]!.changedMs < cursor.coveredMs) {
    cursor.recentCount -= recent[kept++]!.count
  }
  recent.splice(0, kept)
}

// What can be made to go wrong on the test server. Plain values, so that they can be told to a server in another process.

export interface Faults {
  /** Every call is answered as while the server starts. */
  notReady: boolean;
  /** This many appends are committed, then their connection is dropped instead of the reply. */
  loseReplies: number;
  /** Of appends, this fraction (0 to 1) loses the reply after the commit. */
  loseRepliesOften: number;
  /** This many appends have their connection dropped before the commit. */
  dropBeforeCommit: number;
  /** Calls are taken and never answered; appends are not committed. */
  hang: boolean;
  /** Appends are committed and never answered. */
  hangAfterCommit: boolean;
  /** Every append is answered this much later, ms. */
  delay: number;
  /** Live subscriptions are dropped as too slow at this many events further. */
  dropSubscriptionAfter: number;
  /** Subscriptions stay open but deliver nothing. */
  muteSubscriptions: boolean;
}

export const noFaults = (): Faults => ({
  notReady: false,
  loseReplies: 0,
  loseRepliesOften: 0,
  dropBeforeCommit: 0,
  hang: false,
  hangAfterCommit: false,
  delay: 0,
  dropSubscriptionAfter: Number.MAX_SAFE_INTEGER,
  muteSubscriptions: false,
});

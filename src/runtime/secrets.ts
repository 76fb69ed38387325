// Secrets (port): keys kept apart from the log. Destroying a person's key erases what was sealed under it; no proof breaks.

/** Ciphertext of a personal text under its person's key: `sealed.1.<personId>.<base64url(nonce ‖ ciphertext ‖ tag)>`. */
export type Sealed = string;

export interface Secrets {
  /** Seals a text under the person's key (made on first use), with a random nonce. AES-256-GCM. */
  seal(person: string, text: string): Sealed;
  /**
   * Keyed hash of a text under the person's key: tells equal texts from others as long as the key exists, and nothing to anybody
   * once it is destroyed. 43 base64url characters.
   */
  mark(person: string, text: string): string;
  /** undefined when the key was destroyed. @throws Error for a text that is no sealed text or was altered. */
  open(sealed: Sealed): string | undefined;
  /** Destroys the person's key, for good. */
  destroy(person: string): void;
  /** A service-wide key by purpose ('body-hash', 'invitation', 'roll', 'issuer'), made on first use, the same for all replicas. */
  key(purpose: string): Uint8Array;
}

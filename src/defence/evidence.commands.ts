// Commands on evidence.
import { IsInt, Matches, Max, Min } from 'class-validator';
import { IsText } from '../validation/index.ts';

/** Made by the route that takes the file, from what it stored: hash and size are found, not stated. */
export class FileEvidence {
  /** SHA-256 of the bytes. */
  @Matches(/^[0-9a-f]{64}$/)
  readonly hash!: string;

  /** Bytes. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly size!: number;

  @IsText(100)
  readonly mediaType!: string;
}

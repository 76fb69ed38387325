// Commands of the catalogue of materials.
import { Matches } from 'class-validator';
import { IsText, Optional } from '../validation/index.ts';

/** Lower-case letters, digits and hyphens: two spellings can never be two materials. */
export const MATERIAL_CODE = /^[a-z0-9][a-z0-9-]{0,63}$/;

export class RegisterMaterial {
  /** The catalogue's code: `pet-flakes`. */
  @Matches(MATERIAL_CODE, { message: 'material must be lower-case letters, digits and hyphens, at most 64' })
  readonly material!: string;

  @IsText(200)
  readonly name!: string;

  /** Code of the European list of waste: chapter 01 to 20, six digits without spaces, `*` where it is hazardous. */
  @Optional()
  @Matches(/^(0[1-9]|1[0-9]|20)[0-9]{4}\*?$/, { message: 'wasteCode must be six digits of the list of waste, with * where hazardous' })
  readonly wasteCode?: string;

  /** For what is no waste any more, or never was. */
  @Optional()
  @IsText(200)
  readonly productClass?: string;
}

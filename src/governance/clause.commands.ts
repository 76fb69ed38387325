// Clauses as proposals state them, of the kinds that a protocol can have.
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, Equals, IsArray, IsIn, IsUUID, Matches, registerDecorator } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { ROLES, type ADOPTABLE, type CertifiedKeeper, type Mandate, type Role, type TwoPerson, type Untouchable } from '../community/index.ts';
import { isUuid } from '../kernel/index.ts';
import { ListOf, Optional } from '../validation/index.ts';

export const CODE = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MOST_LISTED = 500;

/** One word that means all, or a list of 1 to 500 different entries. */
function IsAllOrListOf(all: string, each: { readonly is: (text: unknown) => boolean; readonly schema: object; readonly words: string }) {
  return (target: object, property: string): void => {
    const items = { type: 'array', minItems: 1, maxItems: MOST_LISTED, uniqueItems: true, items: each.schema };
    JSONSchema({ oneOf: [{ type: 'string', enum: [all] }, items] } as never)(target, property);
    registerDecorator({
      name: 'isAllOrListOf',
      target: target.constructor,
      propertyName: property,
      validator: {
        validate: (value: unknown) =>
          value === all ||
          (Array.isArray(value) && value.length > 0 && value.length <= MOST_LISTED && new Set(value).size === value.length && value.every(each.is)),
        defaultMessage: () => `${property} must be "${all}" or a list of ${each.words}, 1 to ${MOST_LISTED} of them, none twice`,
      },
    });
  };
}

const MATERIALS = { is: (text: unknown) => typeof text === 'string' && CODE.test(text), schema: { type: 'string', pattern: CODE.source }, words: 'codes of materials' };
const PARTIES = { is: isUuid, schema: { type: 'string', format: 'uuid' }, words: 'PartyIds' };

const ID = { message: 'id must be lower-case letters, digits and hyphens, at most 64' };

/** A list of PartyIds, none twice. */
const IsParties = (): PropertyDecorator => (target, property) => {
  for (const decorator of [IsArray(), ArrayMaxSize(MOST_LISTED), ArrayUnique(), IsUUID(undefined, { each: true })]) decorator(target, property);
};

export class StatedMandate implements Mandate {
  /** PartyId that is free … */
  @IsUUID()
  readonly party!: string;

  /** … while the protocol of this code is in force. */
  @Matches(CODE, { message: 'protocol must be lower-case letters, digits and hyphens, at most 64' })
  readonly protocol!: string;
}

export class UntouchableClause implements Untouchable {
  @Equals('untouchable')
  readonly kind!: 'untouchable';

  /** Names the clause within its protocol. */
  @Matches(CODE, ID)
  readonly id!: string;

  /** Codes of the catalogue that external parties may not acquire, or `all`. */
  @IsAllOrListOf('all', MATERIALS)
  readonly materials!: readonly string[] | 'all';

  /** PartyIds that the clause binds, or `all-external`. */
  @IsAllOrListOf('all-external', PARTIES)
  readonly parties!: readonly string[] | 'all-external';

  /** PartyIds that this clause leaves free. */
  @Optional()
  @IsParties()
  readonly exceptions: readonly string[] = [];

  /** PartyIds that may take custody of what they carry, and never ownership. */
  @Optional()
  @IsParties()
  readonly carriers?: readonly string[];

  /** Parties that are free while another protocol is in force. */
  @Optional()
  @ListOf(() => StatedMandate, 100)
  readonly mandates?: readonly StatedMandate[];
}

/** Who may take the materials over, at intake and from somebody else. */
export class CertifiedKeeperClause implements CertifiedKeeper {
  @Equals('certified-keeper')
  readonly kind!: 'certified-keeper';

  /** Names the clause within its protocol. */
  @Matches(CODE, ID)
  readonly id!: string;

  /** Codes of the catalogue, or `all`. */
  @IsAllOrListOf('all', MATERIALS)
  readonly materials!: readonly string[] | 'all';

  /** The person who takes it over has one of these. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(ROLES, { each: true })
  readonly roles!: readonly Role[];

  /** PartyIds that take over through whom they like. */
  @Optional()
  @IsParties()
  readonly exceptions?: readonly string[];
}

/** What passes from hand to hand is confirmed by a second person first. */
export class TwoPersonClause implements TwoPerson {
  @Equals('two-person')
  readonly kind!: 'two-person';

  /** Names the clause within its protocol. */
  @Matches(CODE, ID)
  readonly id!: string;

  /** Codes of the catalogue, or `all`. */
  @IsAllOrListOf('all', MATERIALS)
  readonly materials!: readonly string[] | 'all';

  /** Role of the second person. */
  @IsIn(ROLES)
  readonly second!: Role;
}

/** By kind: whatever can be adopted is here, and is acted upon. */
export const CLAUSES: Readonly<Record<(typeof ADOPTABLE)[number], new () => object>> = {
  'certified-keeper': CertifiedKeeperClause,
  'two-person': TwoPersonClause,
  untouchable: UntouchableClause,
};

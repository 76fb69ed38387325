// The people of 2147, made of names from the places whose coasts their families left.

const GIVEN = [
  'Ama', 'Bao', 'Chidi', 'Dana', 'Emre', 'Farah', 'Goran', 'Hana', 'Inés', 'Jomo', 'Katja', 'Leilani', 'Mateo', 'Nour', 'Olu', 'Priya', 'Quillon', 'Rosa', 'Sefa',
  'Tomás', 'Uma', 'Vikram', 'Wren', 'Ximena', 'Yusuf', 'Zofia',
];
const FAMILY = [
  'Adeyemi', 'Bergström', 'Castellanos', 'Demir', 'Eriksen', 'Fofana', 'Gonçalves', 'Haddad', 'Ito', 'Jansen', 'Kovač', 'Lindqvist', 'Moana', 'Nakamura', 'Okafor',
  'Petrov', 'Quispe', 'Rahman', 'Santos', 'Tupou', 'Ueda', 'Vasquez', 'Wójcik', 'Xu', 'Yılmaz', 'Zulu',
];

export interface Person {
  /** Name in play files. */
  readonly name: string;
  readonly fullName: string;
}

const ascii = (text: string): string =>
  text.replaceAll('ı', 'i').replaceAll('ł', 'l').normalize('NFD').replace(/[^A-Za-z]/g, '').toLowerCase();

/** Distinct people, always the same ones. */
export function people(count: number): Person[] {
  return Array.from({ length: count }, (_, i) => {
    const given = GIVEN[i % GIVEN.length] as string;
    const family = FAMILY[(i * 7 + Math.floor(i / GIVEN.length)) % FAMILY.length] as string;
    return { name: `${ascii(given)}-${ascii(family)}`, fullName: `${given} ${family}` };
  });
}

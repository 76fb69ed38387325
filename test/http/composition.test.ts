// What the rooms bring and what workers load are the same.
import { describe, expect, test } from '@jest/globals';
import { ROOMS } from '../../src/app.module.ts';
import { roomsOf } from '../../src/http/index.ts';
import { catalogue, processes, views } from '../../src/registry.ts';

const rooms = roomsOf(ROOMS);
const names = (things: readonly { readonly name: string }[]): string[] => things.map(({ name }) => name).toSorted();

describe('the registry', () => {
  test('has the rooms\' views and processes', () => {
    expect(names(views)).toEqual(names(rooms.flatMap((room) => room.views)));
    expect(names(processes)).toEqual(names(rooms.flatMap((room) => room.processes)));
  });

  test('describes every event that a process follows', () => {
    const followed = processes.flatMap((process) => [...Object.keys(process.opens), ...Object.keys(process.discharges)]);
    expect(followed.filter((type) => !catalogue.types().includes(type))).toEqual([]);
    const projected = views.flatMap((view) => Object.keys(view.project)).filter((type) => type !== '*');
    expect(projected.filter((type) => !catalogue.types().includes(type))).toEqual([]);
  });

  test('has every command once', () => {
    const commands = rooms.flatMap((room) => room.handlings.flatMap((handling) => handling.commands.map(({ name }) => name)));
    expect(new Set(commands).size).toBe(commands.length);
  });
});

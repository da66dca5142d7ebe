// What is claimed again and again.
import assert from 'node:assert/strict';

import { inbound, movingVideos, soundingTracks } from './observe.mjs';
import { page as home, until } from './server.mjs';

/** How long a page may take to show and play what it should. */
const PATIENCE_S = 20;

/** The address of the demonstration page that joins by itself. */
export function call({ room, identity, publish = true }) {
  const query = new URLSearchParams({ room, identity, ...(publish ? { publish: '1' } : {}) });
  return `${home}?${query}`;
}

/** The page decodes, shows and hears exactly `others` participants. */
export async function seesAndHears(page, others, seconds = PATIENCE_S) {
  await until(`${others} decoded videos`, async () => {
    const videos = await inbound(page, 'video');
    return videos.filter((video) => video.framesDecoded > 10).length === others;
  }, seconds);
  assert.equal(await settled(() => movingVideos(page), others), others, 'videos that move and are not black');
  assert.equal(await settled(() => soundingTracks(page), others), others, 'tracks that sound');
}

/** How many there were last, after watching until there are `wanted`: a busy machine may stall for a while. */
async function settled(watch, wanted) {
  let seen;
  const look = async () => {
    seen = await watch();
    return seen === wanted;
  };
  // In vain is not the fault here: what was seen says more.
  await until(`${wanted}`, look, PATIENCE_S).catch((error) => { if (seen === undefined) throw error; });
  return seen;
}

// What is claimed again and again.
import assert from 'node:assert/strict';

import { inbound, movingVideos, soundingTracks } from './observe.mjs';
import { page as home, until } from './server.mjs';

/** The address of the demonstration page that joins by itself. */
export function call({ room, identity, publish = true }) {
  const query = new URLSearchParams({ room, identity, ...(publish ? { publish: '1' } : {}) });
  return `${home}?${query}`;
}

/** The page decodes, shows and hears exactly `others` participants. */
export async function seesAndHears(page, others, seconds = 15) {
  await until(`${others} decoded videos`, async () => {
    const videos = await inbound(page, 'video');
    return videos.filter((video) => video.framesDecoded > 10).length === others;
  }, seconds);
  assert.equal(await movingVideos(page), others, 'videos that move and are not black');
  assert.equal(await soundingTracks(page), others, 'tracks that sound');
}

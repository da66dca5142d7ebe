// How long somebody's picture stands still.

/** Begins to note when each decoded picture of somebody comes out of the browser. */
export function watchPictures(page, identity) {
  return page.evaluate((who) => {
    const track = window.remote(who, 'video').track.clone();
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    window.pictures = [];
    const next = ({ done, value }) => {
      if (done) return;
      window.pictures.push(performance.now());
      value.close();
      reader.read().then(next);
    };
    reader.read().then(next);
  }, identity);
}

/** The page's clock, in milliseconds. */
export function clock(page) {
  return page.evaluate(() => performance.now());
}

/** The longest time without a picture after `since`, in milliseconds: between two of them, or until now. */
export function longestGap(page, since) {
  return page.evaluate((from) => {
    const at = [...window.pictures.filter((one) => one >= from), performance.now()];
    const before = window.pictures.filter((one) => one < from).at(-1) ?? from;
    return Math.round(Math.max(...at.map((one, place) => one - (at[place - 1] ?? before))));
  }, since);
}

/** Whether pictures come, one after the other, and not a few that were late. */
export function picturesMove(page) {
  return page.evaluate(() => {
    const recent = window.pictures.slice(-10);
    return recent.length === 10 && performance.now() - recent[0] < 800;
  });
}

/** The least, the median and the greatest of some numbers. */
export function spread(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return { least: sorted[0], median: sorted[sorted.length >> 1], greatest: sorted.at(-1) };
}

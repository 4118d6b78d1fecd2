/** `stations 1, 2, 3, 4, 5 and 35 more`, for titles and the activity log. */
export function stationsText(stations: readonly number[]): string {
  const shown = stations.slice(0, 5).join(', ');
  const more = stations.length > 5 ? ` and ${stations.length - 5} more` : '';
  return `${stations.length === 1 ? 'station' : 'stations'} ${shown}${more}`;
}

/** `13:00 UTC`, with the day when it is not today's. */
export function clockText(atMs: number, nowMs: number): string {
  const [day, time = ''] = new Date(atMs).toISOString().split('T');
  const clock = `${time.slice(0, 5)} UTC`;
  return new Date(nowMs).toISOString().startsWith(day ?? '') ? clock : `${day} ${clock}`;
}

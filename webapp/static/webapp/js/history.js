/* What was drawn, one stroke after another, with a way back and forth again. */

export class History {
  /* kept: strokes of an earlier version that hold on; they too can be taken back. */
  constructor(kept) {
    this.kept = kept;
    this.clear();
  }

  clear() {
    this.drawn = [...this.kept];
    this.undone = [];
  }

  add(stroke) {
    this.drawn.push(stroke);
    this.undone = [];
  }

  undo() {
    if (this.drawn.length) this.undone.push(this.drawn.pop());
  }

  redo() {
    if (this.undone.length) this.drawn.push(this.undone.pop());
  }

  /* Whether there is something to send that was not there before. */
  get changed() {
    const same = this.drawn.length === this.kept.length && this.drawn.every((stroke, n) => stroke === this.kept[n]);
    return this.drawn.length > 0 && !same;
  }
}

/* One file on its way, piece by piece (tus): it goes on by itself where it stopped, however often the line breaks. */

const PIECE = 8 * 2 ** 20;
const AGAIN_AFTER = 3000;
const LINE_IS_DOWN = [0, 409, 423, 460]; // no answer; or the server has not noticed yet that the last piece broke off

let library = null;

/* Fetched when the first file is chosen: who only looks at the page need not have it. */
function load(address) {
  library ??= import(address).then(() => globalThis.tus);
  return library;
}

/* Resolves to the file's id. `on`: {progress(share), paused(), twin(address), refused(sentence)}; `refused` is the
   end of it; the address of a twin is that of the same file sent before, if there is one. */
export class Parcel {
  constructor(file, { endpoint, script, token, on }) {
    this.file = file;
    this.on = on;
    this.settings = { endpoint, script, token };
    this.stopped = false;
    load(script);
  }

  async send() {
    const { endpoint, script, token } = this.settings;
    const { Upload } = await load(script);
    return new Promise((arrived) => {
      this.upload = new Upload(this.file, {
        endpoint,
        chunkSize: PIECE,
        retryDelays: null,
        removeFingerprintOnSuccess: true,
        metadata: { filename: this.file.name },
        headers: { "X-CSRFToken": token },
        onProgress: (sent, all) => this.on.progress(all ? sent / all : 1),
        onSuccess: ({ lastResponse }) => {
          this.on.twin(lastResponse.getHeader("Photo-Sent-Before"));
          arrived(this.upload.url.match(/([^/]+)\/?$/)[1]);
        },
        onError: (error) => this.failed(error),
      });
      this.goOn = () => this.stopped || this.upload.start();
      this.begin();
    });
  }

  /* What was begun before the page was left is gone on with. */
  async begin() {
    const [before] = await this.upload.findPreviousUploads();
    if (before) this.upload.resumeFromPreviousUpload(before);
    this.goOn();
  }

  failed(error) {
    if (this.stopped) return;
    const status = error.originalResponse?.getStatus() ?? 0;
    if (!LINE_IS_DOWN.includes(status) && (status < 500 || status === 507)) {
      this.on.refused(error.originalResponse.getBody(), status);
      return;
    }
    this.on.paused();
    const timer = setTimeout(again, AGAIN_AFTER);
    const self = this;
    function again() {
      clearTimeout(timer);
      removeEventListener("online", again);
      self.goOn();
    }
    addEventListener("online", again);
  }

  /* What has come is thrown away on the other side too. */
  stop() {
    this.stopped = true;
    return this.upload?.abort(true).catch(() => {}); // it expires there by itself
  }
}

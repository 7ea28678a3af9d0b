/* A folder is sent with the place of each file in it: the names of a form's files have no folders. */

const form = document.querySelector("[data-bring]");
const folder = form.elements.folder;
const tooMany = form.querySelector("[data-too-many]");
const most = Number(form.dataset.most);

function check() {
  form.elements.places.value = JSON.stringify([...folder.files].map((file) => file.webkitRelativePath || file.name));
  tooMany.hidden = folder.files.length <= most;
  return tooMany.hidden;
}

folder.addEventListener("change", check);
form.addEventListener("submit", (event) => {
  if (!check()) return event.preventDefault();
  form.querySelector("[data-sending]").hidden = false;
});

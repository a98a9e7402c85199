// Shows how far the upload is; without this script the form works all the same.
document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  const bar = form.querySelector("progress");
  const request = new XMLHttpRequest();
  button.disabled = true;
  button.textContent = "正在上传……";
  bar.hidden = false;
  request.upload.onprogress = (told) => {
    if (told.lengthComputable) bar.value = (told.loaded / told.total) * 100;
  };
  request.onload = () => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.querySelector("main").replaceWith(page.querySelector("main"));
  };
  request.onerror = () => {
    button.disabled = false;
    button.textContent = "没有传上去,再试一次";
    bar.hidden = true;
  };
  request.open("POST", location.pathname);
  request.send(new FormData(form));
});

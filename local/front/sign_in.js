/* Hands the form in without leaving it in the history, so that Back does not return to it. */
document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    if (answer.ok && answer.headers.get("Content-Type") === "application/json") {
      location.replace((await answer.json()).location);
      return;
    }
    const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.querySelector("main").replaceWith(shown.querySelector("main"));
    document.querySelector("[autofocus]")?.focus();
  } catch {
    form.submit(); // The browser says itself that nothing answers.
  }
});

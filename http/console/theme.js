// Before the page is drawn, so that it never flashes in the other colours.
// Without a choice of the user's, the system's counts (console.css).
(() => {
  const chosen = localStorage.getItem('pixmill-theme');
  if (chosen === 'dark' || chosen === 'light')
    document.documentElement.dataset.theme = chosen;
})();

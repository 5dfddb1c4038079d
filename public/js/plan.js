// The page of a plan while its dry run is active: shows the plan as soon as the job has ended.
document.addEventListener('chl:swapped', () => {
  if (!document.querySelector('.op-live')) location.reload();
});

// Choices with a field of their own: using the field makes the choice.
export function watchChoices() {
  for (const name of ['input', 'change'])
    document.addEventListener(
      name,
      ({ target }) => {
        const radio = target.closest('.choice')?.querySelector(':scope > input[type="radio"]');
        if (radio && radio !== target) radio.checked = true;
      },
      true,
    );
}

const maxWords = 12;

export const readWords = (text = ''): string[] => text.split(/\s+/).filter(Boolean).slice(0, maxWords);

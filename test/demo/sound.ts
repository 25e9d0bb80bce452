const samplesPerSecond = 16_000
const notesPerSecond = 4
/** Notes in semitones above A3; each chord lasts two seconds. */
const chords = [
  [0, 3, 7, 12, 15, 12, 7, 3],
  [-4, 0, 3, 8, 12, 8, 3, 0],
  [3, 7, 10, 15, 19, 15, 10, 7],
  [-2, 2, 5, 10, 14, 10, 5, 2],
] as const

/**
 * Makes a melody of any length, so that players have something to seek in.
 *
 * @returns a WAV file, 16 bits, one channel
 */
export function makeSound(seconds: number): Buffer {
  const samples = seconds * samplesPerSecond
  const file = Buffer.alloc(44 + samples * 2)
  writeWavHead(file, samples)
  const samplesPerNote = samplesPerSecond / notesPerSecond
  for (let index = 0; index < samples; index++) {
    const note = Math.floor(index / samplesPerNote)
    const chord = chords[Math.floor(note / 8) % chords.length] ?? chords[0]
    const hertz = 220 * 2 ** ((chord[note % 8] ?? 0) / 12)
    const time = (index % samplesPerNote) / samplesPerSecond
    // Fades in for 5 ms and out over the note, so that no note clicks.
    const volume = Math.min(1, time * 200) * (1 - time * notesPerSecond) ** 1.5
    const turn = 2 * Math.PI * hertz * time
    file.writeInt16LE(
      Math.round(9000 * volume * (Math.sin(turn) + 0.35 * Math.sin(2 * turn))),
      44 + index * 2,
    )
  }
  return file
}

function writeWavHead(file: Buffer, samples: number): void {
  file.write('RIFF', 0)
  file.writeUInt32LE(file.length - 8, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(samplesPerSecond, 24)
  file.writeUInt32LE(samplesPerSecond * 2, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36)
  file.writeUInt32LE(samples * 2, 40)
}

import { spawnSync } from "node:child_process";

const program = `
import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        place = os.path.join(folder, name)
        if not os.path.isfile(place) or os.path.islink(place): continue
        file = os.open(place, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
`;

/**
 * Asks the system to forget the content of every file below a folder; what it knows of names and sizes
 * stays. Returns false where that cannot be asked (it takes Python, because Node has no posix_fadvise).
 */
export function dropCaches(folder: string): boolean {
  if (process.platform !== "linux") return false;
  return spawnSync("python3", ["-c", program, folder], { stdio: "ignore" }).status === 0;
}

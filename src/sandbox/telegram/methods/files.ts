import { fileForDownload } from "../media.ts";
import type { Method, Methods } from "./method.ts";

const getFile: Method = (world, params) => {
  const file = fileForDownload(world, params.text("file_id") ?? "");
  return {
    file_id: file.fileId,
    file_unique_id: file.uniqueId,
    file_size: file.size,
    file_path: file.path,
  };
};

export const fileMethods: Methods = { getFile };

export const TOKEN_HEADER = "x-sandbox-token";

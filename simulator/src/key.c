// conduit_key.json as the real station makes it, including that it overwrites what it cannot read without a word.
#include "station.h"
#include "words.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char LABEL[] = "conduit-inproxy-key";

// 256 random bits and 8 bits of their hash make 24 words of 11 bits (BIP39).
static bool new_mnemonic(char *out, size_t size) {
  unsigned char bits[33], hash[32];
  if (RAND_bytes(bits, 32) != 1 || !EVP_Digest(bits, 32, hash, NULL, EVP_sha256(), NULL)) return false;
  bits[32] = hash[0];
  size_t used = 0;
  for (int word = 0; word < 24; word++) {
    int index = 0;
    for (int bit = word * 11; bit < word * 11 + 11; bit++) index = index << 1 | (bits[bit / 8] >> (7 - bit % 8) & 1);
    used += (size_t)snprintf(out + used, size - used, "%s%s", word ? " " : "", WORDS[index]);
  }
  return true;
}

// BIP39 seed without a passphrase → HKDF-SHA256 → ed25519 seed; seed and public half as unpadded base64.
bool key_from_mnemonic(const char *mnemonic, char out[96]) {
  unsigned char seed[64], prk[32], private_seed[32], pair[64], zeros[32] = {0}, info[sizeof LABEL];
  unsigned length = 32;
  size_t public_length = 32;
  if (!PKCS5_PBKDF2_HMAC(mnemonic, (int)strlen(mnemonic), (const unsigned char *)"mnemonic", 8, 2048, EVP_sha512(), 64, seed)) return false;
  HMAC(EVP_sha256(), zeros, 32, seed, 64, prk, &length);
  memcpy(info, LABEL, sizeof LABEL - 1);
  info[sizeof LABEL - 1] = 1;
  HMAC(EVP_sha256(), prk, 32, info, sizeof LABEL, private_seed, &length);
  EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_seed, 32);
  if (key == NULL) return false;
  memcpy(pair, private_seed, 32);
  bool made = EVP_PKEY_get_raw_public_key(key, pair + 32, &public_length) == 1;
  EVP_PKEY_free(key);
  EVP_EncodeBlock((unsigned char *)out, pair, 64);
  out[86] = '\0';  // 64 bytes end in two padding signs, which the station leaves off
  return made;
}

// Like the station: only that the text is there and decodes to 64 bytes.
static bool readable(const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  char text[8192];
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  const char *field = strstr(text, "\"privateKeyBase64\"");
  const char *opening = field ? strchr(field + 18, '"') : NULL;
  const char *closing = opening ? strchr(opening + 1, '"') : NULL;
  if (text[0] != '{' || closing == NULL) return false;
  size_t length = (size_t)(closing - opening - 1);
  while (length > 0 && opening[length] == '=') length--;
  return length == 86;
}

void ensure_key(void) {
  char path[600], mnemonic[400], key[96];
  snprintf(path, sizeof path, "%s/conduit_key.json", station.set.data_dir);
  if (readable(path)) return;
  if (!new_mnemonic(mnemonic, sizeof mnemonic) || !key_from_mnemonic(mnemonic, key)) usage_error("failed to make a key");
  FILE *file = fopen(path, "w");
  if (file == NULL) usage_error("failed to load or create key: open %s: permission denied", path);
  fprintf(file, "{\n  \"mnemonic\": \"%s\",\n  \"privateKeyBase64\": \"%s\"\n}", mnemonic, key);
  fclose(file);
  chmod(path, 0600);
}

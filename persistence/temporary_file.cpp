#include "persistence/temporary_file.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace penchant {

Failure TemporaryFile::failure(std::string_view what) const {
  return Failure{"cannot " + std::string(what) + " a temporary file in " + directory_ + ": " + std::strerror(errno)};
}

result<TemporaryFile> TemporaryFile::create(std::string directory) {
  TemporaryFile nameless(directory, ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (nameless.descriptor_ >= 0) return nameless;
  // Not every file system can do that.
  std::string name = directory + "/penchant-XXXXXX";
  TemporaryFile file(std::move(directory), ::mkostemp(name.data(), O_CLOEXEC));
  if (file.descriptor_ < 0) return file.failure("create");
  if (::unlink(name.c_str()) != 0) return file.failure("remove");
  return file;
}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// That the disk has room besides.
result<void> TemporaryFile::require_spare() const {
  struct statvfs disk {};
  if (::fstatvfs(descriptor_, &disk) != 0) return failure("look at the disk of");
  if (std::uint64_t{disk.f_bavail} * disk.f_frsize >= spare_bytes) return {};
  return Failure{"a temporary file in " + directory_ + " would leave less than " + std::to_string(spare_bytes) +
                 " bytes of the disk free"};
}

result<void> TemporaryFile::append(std::string_view bytes) {
  if (size_ / spare_looked_at_each != (size_ + bytes.size()) / spare_looked_at_each) {
    if (auto spare = require_spare(); !spare) return spare;
  }
  for (std::string_view left = bytes; !left.empty();) {
    const auto done = ::write(descriptor_, left.data(), left.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return failure("write");
    left.remove_prefix(static_cast<std::size_t>(done));
  }
  size_ += bytes.size();
  return {};
}

result<std::size_t> TemporaryFile::read_at(std::uint64_t offset, std::span<char> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto got = ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure("read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace penchant

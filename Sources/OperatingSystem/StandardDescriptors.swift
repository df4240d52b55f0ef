#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Opens `/dev/null` in the place of standard descriptors that the caller closed. Otherwise the next file or socket would
/// get their numbers, and what is meant for people would go into it.
///
/// Each is opened the wrong way round, so that its use is an error as it would be on a closed one.
package func occupyStandardDescriptors() {
  for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
    // The lowest free number is this one: those below it are in use by now.
    _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
  }
}

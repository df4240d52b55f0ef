#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Opens `/dev/null` for standard descriptors that the caller closed.
///
/// Otherwise the next file or socket would get their numbers and receive text meant for people.
///
/// Each is opened in the wrong direction, so that using it is an error, as it would be on a closed one.
package func occupyStandardDescriptors() {
  for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
    // The lowest free number is this one, since those below it are in use.
    _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
  }
}

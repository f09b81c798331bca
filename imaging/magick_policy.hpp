#pragma once

namespace pixmill::imaging {

/// Has ImageMagick load a policy of Pixmill's besides the machine's: no coder
/// but those that are asked for by name here, no delegate, no filter, no file
/// named by a picture. What the machine's policy denies stays denied.
///
/// @returns Whether it counts; the caller goes on either way, as every coder is
///          named and the sandbox opens no file.
/// @note Before ImageMagick is initialized, as it reads policies once.
bool load_magick_policy();

} // namespace pixmill::imaging

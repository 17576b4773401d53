/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What eiows looks for in Node's own source tree, which no package carries. It needs it to
 * take over TLS connections; the benchmark has none, so nothing is ever unwrapped here.
 */
#include <memory>

#define ASSIGN_OR_RETURN_UNWRAP(wrap, object) return

namespace node
{
class BaseObject;
namespace crypto
{
class TLSWrap
{
      public:
	const std::unique_ptr<SSL> *
	getSSL() const
	{
		return nullptr;
	}
};
} // namespace crypto
} // namespace node

#define BOOST_TEST_MODULE penchant
#include <boost/test/unit_test.hpp>

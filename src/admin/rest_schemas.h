/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes into the server API and comes out of it, as JSON Schema. For reading, ' stands
 * where JSON has "; rest.c puts that right at start. Used by rest_table.c alone.
 */
#ifndef ADMIN_REST_SCHEMAS_H
#define ADMIN_REST_SCHEMAS_H

/* clang-format off */

/* --- parts ----------------------------------------------------------------------------- */

/* required: "'a','b'" */
#define OBJECT(required, members)                                                            \
	"{'type':'object','required':[" required "],'additionalProperties':false,"           \
	"'properties':{" members "}}"
/* One that backends may add members to. */
#define OPEN_OBJECT(required, members)                                                       \
	"{'type':'object','required':[" required "],'properties':{" members "}}"
#define LIST_OF(items, max) "{'type':'array','maxItems':" #max ",'items':" items "}"
#define PAGE_OF(item) OBJECT("'items'", "'items':" LIST_OF(item, 1000) ",'cursor':" TEXT)

/* Ids may be written as numbers. */
#define ID "{'type':['string','integer'],'minLength':1,'maxLength':200}"
#define NAME "{'type':'string','minLength':1,'maxLength':256}"
#define TEXT "{'type':'string'}"
#define SHORT_TEXT "{'type':'string','maxLength':256}"
#define FLAG "{'type':'boolean'}"
#define COUNT "{'type':'integer','minimum':0}"
#define TIME_OR_NULL "{'type':['string','null']}"

/* --- bodies ---------------------------------------------------------------------------- */

#define PUBLISH                                                                              \
	OBJECT("'event','data'",                                                             \
	       "'event':{'type':'string','minLength':1,'maxLength':128},'data':true,"        \
	       "'rooms':" LIST_OF(NAME, 1000) ",'users':" LIST_OF(ID, 1000)                  \
	       ",'companies':" LIST_OF(ID, 1000)                                             \
	       ",'artifacts':" LIST_OF(OBJECT("'company','artifact'",                        \
					      "'company':" ID ",'artifact':" ID), 1000)      \
	       ",'topics':" LIST_OF(NAME, 1000) ",'events':" LIST_OF(NAME, 1000)             \
	       ",'except':" LIST_OF(NAME, 1000) ",'sender':" SHORT_TEXT                      \
	       ",'volatile':" FLAG                                                           \
	       ",'idempotencyKey':{'type':'string','minLength':1,'maxLength':128}")

/* Its messages are checked one by one, so that one bad message harms no other. */
#define PUBLISH_BATCH                                                                        \
	OBJECT("'messages'", "'messages':{'type':'array','minItems':1,'maxItems':1000,"      \
			     "'items':{'type':'object'}}")

#define UPDATE                                                                               \
	OBJECT("'companyId','action','data'",                                                \
	       "'companyId':" ID ",'artifactId':" ID ",'action':" NAME ",'data':true,"       \
	       "'requestId':{'type':'string','minLength':1,'maxLength':128}")

#define WHO OBJECT("'user'", "'user':" ID)

#define DISCONNECT                                                                           \
	OBJECT("", "'user':" ID ",'connection':" NAME                                        \
		   ",'code':{'type':'integer','minimum':3000,'maximum':4999}"                \
		   ",'reason':{'type':'string','maxLength':123}")

#define MESSAGE                                                                              \
	OPEN_OBJECT("'content','channelId','userId'",                                        \
		    "'id':" ID ",'content':{'type':'string','minLength':1},'channelId':" ID  \
		    ",'userId':" ID ",'createdAt':" SHORT_TEXT ",'updatedAt':" SHORT_TEXT    \
		    ",'user':" OPEN_OBJECT("", "'id':" ID ",'username':" SHORT_TEXT          \
					       ",'email':" SHORT_TEXT))

#define REACTION                                                                             \
	OPEN_OBJECT("'message_id','channel_id','emoji','user_id','username','action'",       \
		    "'message_id':" ID ",'channel_id':" ID ",'emoji':" NAME ",'user_id':" ID \
		    ",'username':" SHORT_TEXT ",'action':{'enum':['add','remove']}")

#define CHANNEL_MEMBER OBJECT("'user_id'", "'user_id':" ID ",'username':" SHORT_TEXT)

#define NOTIFICATION_NEW                                                                     \
	OBJECT("'user','title','message'",                                                   \
	       "'user':" ID ",'title':{'type':'string','minLength':1,'maxLength':1000}"      \
	       ",'message':{'type':'string','maxLength':16000},'category':" SHORT_TEXT       \
	       ",'priority':" SHORT_TEXT ",'link':{'type':'string','maxLength':2000}"        \
	       ",'metadata':{'type':'object'}")

#define LOGIN                                                                                \
	OPEN_OBJECT("", "'username':" SHORT_TEXT ",'email':" SHORT_TEXT ",'password':" TEXT)

/* --- answers --------------------------------------------------------------------------- */

#define PROBLEM                                                                              \
	OBJECT("'type','title','status','code','detail'",                                    \
	       "'type':" TEXT ",'title':" TEXT ",'status':{'type':'integer'},'code':" TEXT   \
	       ",'detail':" TEXT ",'pointer':" TEXT)

#define PUBLISHED OBJECT("'messageId','delivered'", "'messageId':" TEXT ",'delivered':" COUNT)

#define BATCH_PUBLISHED                                                                      \
	OBJECT("'results'", "'results':{'type':'array','items':{'type':'object'}}")

#define ROOMS PAGE_OF(OBJECT("'room','members'", "'room':" TEXT ",'members':" COUNT))

#define MEMBER_MEMBERS                                                                       \
	"'connection':" TEXT ",'user':" TEXT ",'username':" TEXT ",'namespace':" TEXT        \
	",'dialect':" TEXT
#define MEMBERS                                                                              \
	PAGE_OF(OBJECT("'connection','user','username','namespace','dialect'", MEMBER_MEMBERS))

#define CONNECTIONS                                                                          \
	PAGE_OF(OBJECT("'connection','user','username','namespace','dialect','company',"     \
		       "'transport','address','connectedAt','rooms'",                        \
		       MEMBER_MEMBERS ",'company':" TEXT ",'transport':" TEXT                \
				      ",'address':" TEXT ",'connectedAt':" TEXT              \
				      ",'rooms':" LIST_OF(TEXT, 100000)))

#define PRESENCE                                                                             \
	OBJECT("'user','status','connections','lastActivity'",                               \
	       "'user':" TEXT ",'status':{'enum':['online','offline']},'connections':" COUNT \
	       ",'lastActivity':" TIME_OR_NULL)

#define REACHED OBJECT("'connections'", "'connections':" COUNT)

#define NOTIFICATION                                                                         \
	OBJECT("'id','user','title','message','category','priority','link','metadata',"      \
	       "'read','createdAt','readAt'",                                                \
	       "'id':{'type':'integer'},'user':" TEXT ",'title':" TEXT ",'message':" TEXT    \
	       ",'category':" TEXT ",'priority':" TEXT ",'link':" TEXT                       \
	       ",'metadata':{'type':'object'},'read':" FLAG ",'createdAt':" TEXT             \
	       ",'readAt':" TIME_OR_NULL)

#define NOTIFICATIONS PAGE_OF(NOTIFICATION)

#define REASON                                                                               \
	OBJECT("'messageId','user','reason','at'",                                           \
	       "'messageId':" TEXT ",'user':" TEXT                                           \
	       ",'reason':{'enum':['delivered','filtered','not_a_member','forbidden',"       \
	       "'queue_full','offline']},'at':" TEXT ",'event':" TEXT ",'delivered':" COUNT  \
	       ",'rooms':" LIST_OF(TEXT, 7000) ",'detail':" TEXT)

#define LOGGED_IN                                                                            \
	OPEN_OBJECT("'access_token','token_type','expires_in','user'",                       \
		    "'access_token':" TEXT ",'token_type':" TEXT ",'expires_in':" COUNT      \
		    ",'user':{'type':'object'}")

#endif
